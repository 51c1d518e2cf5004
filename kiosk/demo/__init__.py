"""The whole system on one machine: central, emulators, sync agent and terminal, started together and checked."""
