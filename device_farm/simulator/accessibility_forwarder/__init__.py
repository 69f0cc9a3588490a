"""The accessibility forwarder of android_env: an app that sends the screen's tree to whoever asked for it."""
