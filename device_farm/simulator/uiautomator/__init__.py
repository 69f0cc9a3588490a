"""The automation server that uiautomator2 (3.x) talks to: HTTP and JSON-RPC on the phone's tcp:9008."""
