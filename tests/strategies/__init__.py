"""What anyone may send, good or broken: hypothesis strategies shared by the tests of the faces."""
