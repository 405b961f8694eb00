"""``ens backup`` and ``ens restore``: the database, the store and the keys, apart (DESIGN 3, decision 0012).

``making`` copies a space, running or stopped; ``checking`` refuses what is not whole before anything changes;
``restoring`` makes a space of it elsewhere.
"""
