"""The farm without any wire: leases, queue, pool, durable state. `server` and `client` put gRPC around it."""
