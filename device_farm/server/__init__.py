"""The gRPC services around the farm."""
