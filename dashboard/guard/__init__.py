"""What stands before every view: who asks, how often one address may ask, and how long a request may take to arrive."""
