"""The way of the data, room by room; each room's docstring says what comes in, goes out, its door.

    configuration  warehouse            what everything stands on: choices, the database
    contracts  mapping                  rules and their verdicts; theirs to ours to typed
  receive, once per batch:
    sources     a place to read         → Arrow batches of text
    landing     what is new             → raw, a numbered batch each
    checking    batches and their rows  → checked, quarantined or refused; fates proven
    staging     checked rows            → typed versions by business day; sightings
    quarantine  what people repaired    → back on its way
    check_sources                         what would land, without landing it
    first_config                          a configuration to begin with, from files
  build, once per night, aside:
    attempts    a day and what is known → a Night to build, its tables, its record
    people → features → scoring → segments → drift          (training makes the models)
  finish:
    publishing  a built attempt         → judged, published, the ledger of segments
    delivery    a published night       → destinations
  and around them:
    nights      the walk in one process; how all nights stand
    backfills   plan, backfill, repair, verify
    retention   what has had its time

steps.py lists the steps of receive, build and finish; errors.py what can go wrong;
paths.py where everything lies.
"""
