"""The protocols the space serves. Each face parses, calls a service, and translates the answer."""
