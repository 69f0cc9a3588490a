"""Runs tasks on leased devices, each at its own pace, and gives every attempt a typed outcome."""
