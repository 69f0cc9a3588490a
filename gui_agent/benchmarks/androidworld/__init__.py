"""AndroidWorld: its own task code on farm devices, and its 116 state checks restated."""
