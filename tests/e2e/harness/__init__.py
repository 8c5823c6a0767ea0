"""What the end-to-end cases are built from: children, namespaces, servers, a registry of cases."""
