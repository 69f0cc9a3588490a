"""The contract suite that holds for every backend, in process and through gRPC. Import from the modules."""
