"""度量 How fast the record is, beside the stock library and the bare database, in one run on one server."""
