"""Published builds in an object store or on a shared disk: `push` puts them there, `mirror` to a machine."""
