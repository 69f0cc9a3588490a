"""Small packages that AndroidWorld installs beside the apps of its tasks."""
