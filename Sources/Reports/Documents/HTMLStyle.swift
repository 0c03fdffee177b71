/// How a page looks: one column, light or dark as the reader's system is.
enum HTMLStyle {
  static let sheet = """
    :root { color-scheme: light dark; --text: #1f2328; --ground: #ffffff; --soft: #f6f8fa;
      --line: #d0d7de; --muted: #57606a; --accent: #0969da; --fault: #b42318; }
    @media (prefers-color-scheme: dark) {
      :root { --text: #e6edf3; --ground: #0d1117; --soft: #161b22; --line: #30363d;
        --muted: #9198a1; --accent: #58a6ff; --fault: #ff7b72; }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--ground); color: var(--text);
      font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
    main { max-width: 56rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
    h1, h2, h3, h4 { line-height: 1.25; margin: 1.6em 0 0.5em; }
    h4 { color: var(--muted); font-weight: 600; margin: 0.8em 0 0.3em; }
    section { margin: 1.2rem 0; border-left: 3px solid var(--line); padding-left: 0.9rem; }
    pre, code { font: 0.875rem/1.5 ui-monospace, monospace; }
    pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px;
      padding: 0.6rem 0.8rem; margin: 0.5rem 0; white-space: pre-wrap; }
    pre.code { border-left: 3px solid var(--accent); }
    pre.fault { color: var(--fault); }
    p code, li code { background: var(--soft); padding: 0.1em 0.3em; border-radius: 4px; }
    blockquote, .notice { color: var(--muted); margin: 0.4rem 0; font-size: 0.92rem; }
    blockquote { border-left: 3px solid var(--line); padding-left: 0.8rem; }
    dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 0 1.5rem;
      margin: 0.5rem 0; }
    dl div { display: flex; justify-content: space-between; gap: 1rem; border-bottom: 1px solid var(--line);
      padding: 0.15rem 0; }
    dl .long { grid-column: 1 / -1; justify-content: flex-start; }
    dl .long dd { text-align: left; }
    dt { color: var(--muted); flex: none; max-width: 60%; }
    dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; white-space: pre-wrap; }
    .wide { overflow-x: auto; margin: 0.5rem 0; }
    table { border-collapse: collapse; font-size: 0.9rem; }
    th, td { border: 1px solid var(--line); padding: 0.25rem 0.6rem; text-align: left;
      vertical-align: top; min-width: 4rem; white-space: pre-wrap; }
    th { background: var(--soft); }
    .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    figure { margin: 0.6rem 0; }
    svg { max-width: 100%; height: auto; display: block; }
    """
}
