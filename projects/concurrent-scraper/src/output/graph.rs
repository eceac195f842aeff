//! The graph of links, for Graphviz and for Gephi, yEd, NetworkX.

use std::io::{self, Write};

use crate::page::LinkKind;

/// Writes a graph: all nodes, then all edges, then the end.
pub trait Graph {
    /// A page, under a number that edges refer to. The status is None for a URL that was not fetched.
    ///
    /// # Errors
    /// The output cannot be written.
    fn node(&mut self, id: u64, url: &str, status: Option<u16>) -> io::Result<()>;

    /// A link between two nodes.
    ///
    /// # Errors
    /// The output cannot be written.
    fn edge(&mut self, from: u64, to: u64, kind: LinkKind) -> io::Result<()>;

    /// Ends the graph and flushes it.
    ///
    /// # Errors
    /// The output cannot be written.
    fn finish(&mut self) -> io::Result<()>;
}

/// Writes DOT, the language of Graphviz.
#[derive(Debug)]
pub struct Dot<W: Write>(W);

impl<W: Write> Dot<W> {
    /// Begins a graph.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        writeln!(out, "digraph links {{")?;
        Ok(Self(out))
    }
}

impl<W: Write> Graph for Dot<W> {
    fn node(&mut self, id: u64, url: &str, status: Option<u16>) -> io::Result<()> {
        // In a quoted string only the quote ends it; a backslash before it would take that away.
        let url = url.replace('\\', "\\\\").replace('"', "\\\"");
        let status = status.map(|status| format!(", status={status}")).unwrap_or_default();
        writeln!(self.0, "  {id} [label=\"{url}\"{status}];")
    }

    fn edge(&mut self, from: u64, to: u64, kind: LinkKind) -> io::Result<()> {
        writeln!(self.0, "  {from} -> {to} [kind={}];", kind.name())
    }

    fn finish(&mut self) -> io::Result<()> {
        writeln!(self.0, "}}")?;
        self.0.flush()
    }
}

/// Writes GraphML.
#[derive(Debug)]
pub struct GraphMl<W: Write>(W);

impl<W: Write> GraphMl<W> {
    /// Begins a graph.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(
            br#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="url" for="node" attr.name="url" attr.type="string"/>
<key id="status" for="node" attr.name="status" attr.type="int"/>
<key id="kind" for="edge" attr.name="kind" attr.type="string"/>
<graph id="links" edgedefault="directed">
"#,
        )?;
        Ok(Self(out))
    }
}

impl<W: Write> Graph for GraphMl<W> {
    fn node(&mut self, id: u64, url: &str, status: Option<u16>) -> io::Result<()> {
        let url = quick_xml::escape::escape(url);
        let status = status.map(|status| format!(r#"<data key="status">{status}</data>"#)).unwrap_or_default();
        writeln!(self.0, r#"<node id="n{id}"><data key="url">{url}</data>{status}</node>"#)
    }

    fn edge(&mut self, from: u64, to: u64, kind: LinkKind) -> io::Result<()> {
        let kind = kind.name();
        writeln!(self.0, r#"<edge source="n{from}" target="n{to}"><data key="kind">{kind}</data></edge>"#)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.write_all(b"</graph>\n</graphml>\n")?;
        self.0.flush()
    }
}
