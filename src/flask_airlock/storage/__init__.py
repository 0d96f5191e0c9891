"""The promises: what may happen only once is one conditional statement whose row count decides."""
