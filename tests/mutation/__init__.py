"""Do the cases bite? Changes each SELECT in small ways; its cases or the oracle must notice."""
