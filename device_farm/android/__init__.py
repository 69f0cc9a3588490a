"""The Android driver: one code for simulated phones, emulators and real ones. Import from the modules."""
