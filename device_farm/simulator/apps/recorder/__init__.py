"""Audio Recorder: records, names, lists and plays sound files."""
