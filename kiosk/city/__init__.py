"""The city's central platform as a terminal sees it: the contract and the client."""
