"""Online RL: episodes of the policy on leased devices, while the trainer learns from those before."""
