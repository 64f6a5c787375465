"""Policy: the common form of all policy APIs, what is lowered to it, and the reading that evaluates it for one flow."""
