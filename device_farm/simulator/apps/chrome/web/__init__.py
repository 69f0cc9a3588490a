"""The web engine: QuickJS with a document written in JavaScript; style in JavaScript, layout and painting here."""
