//! HTTP/1.1 on one kept-alive connection: a request, its answer, and the truth about what went wrong between them.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// The longest status line or header we read.
const LINE_BYTES: u64 = 16 << 10;
/// The most headers we read.
const HEADERS: usize = 100;
/// The longest body we read.
const BODY_BYTES: u64 = 256 << 20;
/// How long we wait for a connection and for each piece of an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is asked of the server.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: &'static str,
    pub path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A question.
    pub fn get(path: impl Into<String>) -> Request {
        Request::new("GET", path)
    }

    /// A command.
    pub fn post(path: impl Into<String>) -> Request {
        Request::new("POST", path)
    }

    /// Any other method, in capitals; `path` is already percent-encoded.
    pub fn new(method: &'static str, path: impl Into<String>) -> Request {
        Request { method, path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Request {
        let body = body.to_string().into_bytes();
        Request { body, ..self }.header("Content-Type", "application/json")
    }

    /// With a body as it is, said to be JSON whatever it holds.
    pub fn raw(self, body: impl Into<Vec<u8>>) -> Request {
        Request { body: body.into(), ..self }.header("Content-Type", "application/json")
    }

    /// With one more header.
    pub fn header(mut self, name: &'static str, value: &str) -> Request {
        self.headers.push((name, value.to_string()));
        self
    }

    fn bytes(&self, server: SocketAddr) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: {server}\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if self.method != "GET" {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// What the server said.
#[derive(Debug)]
pub struct Answer {
    /// The three-digit status.
    pub status: u16,
    /// The body, unpacked from its transfer encoding.
    pub body: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Answer {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// All values of a header; `name` in lower case.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Value, Broken> {
        serde_json::from_slice(&self.body).map_err(|cause| Broken::Garbled(format!("the body is no JSON: {cause}")))
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Broken {
    /// No connection: the server never saw the request.
    Unreachable(io::Error),
    /// The connection ended after we began to send: only the server knows what became of the request.
    Lost(io::Error),
    /// Something came that is no answer.
    Garbled(String),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Unreachable(cause) => write!(f, "the server cannot be reached: {cause}"),
            Broken::Lost(cause) => write!(f, "the answer was lost: {cause}"),
            Broken::Garbled(what) => write!(f, "the answer makes no sense: {what}"),
        }
    }
}

/// One connection, opened when needed and kept while the server keeps it. It never sends a request twice.
pub struct Connection {
    server: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Connection {
    /// A connection to `server`, not opened yet.
    pub fn to(server: SocketAddr) -> Connection {
        Connection { server, stream: None }
    }

    /// Where it leads.
    pub fn server(&self) -> SocketAddr {
        self.server
    }

    /// Sends a request and reads its answer.
    pub fn send(&mut self, request: &Request) -> Result<Answer, Broken> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => open(self.server).map_err(Broken::Unreachable)?,
        };
        stream.get_mut().write_all(&request.bytes(self.server)).map_err(Broken::Lost)?;
        let (answer, is_kept) = read(&mut stream)?;
        if is_kept {
            self.stream = Some(stream);
        }
        Ok(answer)
    }
}

fn open(server: SocketAddr) -> io::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect_timeout(&server, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(BufReader::with_capacity(16 << 10, stream))
}

/// Reads one answer and says whether the connection can be used again.
fn read(stream: &mut impl BufRead) -> Result<(Answer, bool), Broken> {
    let (status, headers) = loop {
        let head = read_head(stream)?;
        let is_interim = (100..200).contains(&head.0);
        if !is_interim {
            break head;
        }
    };
    let mut answer = Answer { status, headers, body: Vec::new() };
    let has = |name: &str, word: &str| answer.headers(name).any(|value| value.eq_ignore_ascii_case(word));
    let asks_to_close = has("connection", "close");
    let is_chunked = has("transfer-encoding", "chunked");
    let length = answer.headers("content-length").next().map(str::to_string);
    let has_no_body = status == 204 || status == 304;

    let mut ends_with_connection = false;
    answer.body = match length {
        _ if has_no_body => Vec::new(),
        _ if is_chunked => read_chunks(stream)?,
        Some(length) => {
            let length = length.parse().map_err(|_| Broken::Garbled(format!("length `{length}`")))?;
            read_exactly(stream, length)?
        }
        None => {
            ends_with_connection = true;
            let mut body = Vec::new();
            stream.take(BODY_BYTES).read_to_end(&mut body).map_err(Broken::Lost)?;
            body
        }
    };
    Ok((answer, !asks_to_close && !ends_with_connection))
}

type Head = (u16, Vec<(String, String)>);

fn read_head(stream: &mut impl BufRead) -> Result<Head, Broken> {
    let line = read_line(stream)?;
    let status = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok());
    let Some(status) = status else { return Err(Broken::Garbled(format!("status line `{line}`"))) };
    Ok((status, read_headers(stream)?))
}

fn read_headers(stream: &mut impl BufRead) -> Result<Vec<(String, String)>, Broken> {
    let mut headers = Vec::new();
    while headers.len() < HEADERS {
        let line = read_line(stream)?;
        if line.is_empty() {
            return Ok(headers);
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err(Broken::Garbled(format!("header `{line}`")));
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_string()));
    }
    Err(Broken::Garbled(format!("more than {HEADERS} headers")))
}

fn read_line(stream: &mut impl BufRead) -> Result<String, Broken> {
    let mut line = Vec::new();
    stream.take(LINE_BYTES).read_until(b'\n', &mut line).map_err(Broken::Lost)?;
    let Some(line) = line.strip_suffix(b"\n") else {
        let is_long = line.len() as u64 == LINE_BYTES;
        let cut = io::Error::from(io::ErrorKind::UnexpectedEof);
        return Err(if is_long { Broken::Garbled("a line without end".into()) } else { Broken::Lost(cut) });
    };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    String::from_utf8(line.to_vec()).map_err(|_| Broken::Garbled("a header is not UTF-8".into()))
}

fn read_chunks(stream: &mut impl BufRead) -> Result<Vec<u8>, Broken> {
    let mut body = Vec::new();
    loop {
        let line = read_line(stream)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let Ok(size) = u64::from_str_radix(size, 16) else {
            return Err(Broken::Garbled(format!("chunk size `{line}`")));
        };
        if size == 0 {
            read_headers(stream)?;
            return Ok(body);
        }
        if body.len() as u64 + size > BODY_BYTES {
            return Err(Broken::Garbled("the body is too long".into()));
        }
        body.extend(read_exactly(stream, size)?);
        let end = read_line(stream)?;
        if !end.is_empty() {
            return Err(Broken::Garbled("a chunk is longer than it says".into()));
        }
    }
}

fn read_exactly(stream: &mut impl BufRead, length: u64) -> Result<Vec<u8>, Broken> {
    if length > BODY_BYTES {
        return Err(Broken::Garbled(format!("a body of {length} bytes")));
    }
    let mut bytes = vec![0; length as usize];
    stream.read_exact(&mut bytes).map_err(Broken::Lost)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Result<(Answer, bool), Broken> {
        read(&mut text.as_bytes())
    }

    #[test]
    fn a_body_with_a_length() {
        let (answer, is_kept) = answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP").unwrap();
        assert_eq!((answer.status, answer.body.as_slice(), is_kept), (200, b"ok".as_slice(), true));
    }

    #[test]
    fn a_body_in_chunks_with_extensions_and_trailers() {
        let text =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: x\r\n\r\n";
        let (answer, is_kept) = answer(text).unwrap();
        assert_eq!((answer.body.as_slice(), is_kept), (b"abc0123456789".as_slice(), true));
    }

    #[test]
    fn interim_answers_are_passed_over_and_some_have_no_body() {
        let (answer, is_kept) = answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n").unwrap();
        assert_eq!((answer.status, answer.body.len(), is_kept), (204, 0, true));
    }

    #[test]
    fn a_body_that_ends_with_the_connection() {
        let (answer, is_kept) = answer("HTTP/1.1 200 OK\r\n\r\nall of it").unwrap();
        assert_eq!((answer.body.as_slice(), is_kept), (b"all of it".as_slice(), false));
        let (_, is_kept) = self::answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").unwrap();
        assert!(!is_kept);
    }

    #[test]
    fn a_cut_answer_is_lost_and_nonsense_is_garbled() {
        let lost = ["", "HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"];
        for text in lost {
            assert!(matches!(answer(text), Err(Broken::Lost(_))), "{text}");
        }
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let garbled =
            ["SSH-2.0\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", &format!("{chunked}2\r\nabc\r\n")];
        for text in garbled {
            assert!(matches!(answer(text), Err(Broken::Garbled(_))), "{text}");
        }
    }
}
