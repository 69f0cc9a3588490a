"""Text messages, in the manner of Simple SMS Messenger, over the telephony provider's database."""
