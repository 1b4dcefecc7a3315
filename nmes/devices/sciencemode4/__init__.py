"""ScienceMode4, the HASOMED P24: `frame`, `codec`, `exchange`, `driver`, each knowing only those before it."""
