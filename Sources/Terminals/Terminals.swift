// Terminals
