"""Step-level critics, second opinions, and the data that trains them (MagicGUI-RMS, arXiv 2601.13060)."""
