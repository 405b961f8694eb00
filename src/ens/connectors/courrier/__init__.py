"""Letters: print-ready batches for whoever prints and posts them."""
