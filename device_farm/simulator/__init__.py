"""The simulated Android device."""
