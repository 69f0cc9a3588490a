"""Chrome: pages from the phone's own storage, run for real in a sandbox."""
