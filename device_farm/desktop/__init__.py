"""Local Linux desktops: guest agent, sandbox, X11, AT-SPI, the device. Import from the modules."""
