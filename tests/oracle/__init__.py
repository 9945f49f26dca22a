"""An independent oracle: what customer_features must say, in dull pandas from staged rows."""
