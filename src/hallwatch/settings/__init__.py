"""The only readers of configuration: hallwatch.toml (site) and the environment."""
