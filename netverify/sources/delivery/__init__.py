"""What controllers that deliver a repository to a cluster make of a checkout: Flux and Argo CD."""
