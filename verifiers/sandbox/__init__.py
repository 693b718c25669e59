"""The sandbox: every register played over real HTTP, with fictitious people, for trials, tests and load.

Start with `server.create_app` or `running.run`; `config.SandboxConfig` says what can be set.
"""
