"""ScienceMode2, the HASOMED RehaStim2: `frame`, `codec`, `exchange`, `driver`, each knowing only those before it."""
