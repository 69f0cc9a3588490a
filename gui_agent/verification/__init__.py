"""Verifiers at work: scenes on leased devices, models behind the narrow port, verdicts in run folders, the audit."""
