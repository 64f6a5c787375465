"""Where bytes come from: files, overlays, charts, Flux, Argo CD, git revisions, the cache; and their inventory."""
