//! The decompressed bytes of a file or stream, whatever it is packed with.

use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};

use flate2::read::MultiGzDecoder;

/// How bytes are packed, told by the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Packing {
    #[default]
    Plain,
    Gzip,
    Zstandard,
}

impl Packing {
    /// By the magic bytes of RFC 1952 and RFC 8878.
    pub fn of(head: &[u8]) -> Self {
        if head.starts_with(&[0x1f, 0x8b]) {
            Self::Gzip
        } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            Self::Zstandard
        } else {
            Self::Plain
        }
    }
}

/// CloudTrail's files shrink about ten times, and repetitive ones a hundred
/// times; what unpacks to more than this many times its size is no log.
const BOMB_RATIO: u64 = 400;

/// So much is unpacked before the ratio is looked at.
const BOMB_FLOOR: u64 = 256 << 20;

/// Reads the plain bytes, and refuses to unpack a decompression bomb.
pub(super) struct Unpacker<R: Read> {
    inner: Inner<R>,
    out: u64,
}

enum Inner<R: Read> {
    Plain(BufReader<R>),
    Gzip(Box<MultiGzDecoder<BufReader<Counted<R>>>>),
    Zstandard(Box<zstd::stream::read::Decoder<'static, BufReader<Counted<R>>>>),
}

struct Counted<R> {
    inner: R,
    taken: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.taken += read as u64;
        Ok(read)
    }
}

impl<R: Read> Unpacker<R> {
    pub fn new(reader: R, packing: Packing) -> io::Result<Self> {
        let packed = |reader| BufReader::with_capacity(256 << 10, Counted { inner: reader, taken: 0 });
        let inner = match packing {
            Packing::Plain => Inner::Plain(BufReader::with_capacity(256 << 10, reader)),
            Packing::Gzip => Inner::Gzip(Box::new(MultiGzDecoder::new(packed(reader)))),
            Packing::Zstandard => Inner::Zstandard(Box::new(zstd::stream::read::Decoder::with_buffer(packed(reader))?)),
        };
        Ok(Self { inner, out: 0 })
    }

    /// Bytes taken from the packed side.
    pub fn taken(&self) -> u64 {
        match &self.inner {
            Inner::Plain(_) => self.out,
            Inner::Gzip(decoder) => decoder.get_ref().get_ref().taken,
            Inner::Zstandard(decoder) => decoder.get_ref().get_ref().taken,
        }
    }
}

impl<R: Read + Seek> Unpacker<R> {
    /// Goes forward.
    pub fn skip(&mut self, bytes: u64) -> io::Result<()> {
        match &mut self.inner {
            Inner::Plain(reader) => reader.seek_relative(i64::try_from(bytes).unwrap_or(i64::MAX)),
            _ => io::copy(&mut self.by_ref().take(bytes), &mut io::sink()).map(|_| ()),
        }
    }
}

impl<R: Read> Read for Unpacker<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.inner {
            Inner::Plain(reader) => reader.read(buffer),
            Inner::Gzip(decoder) => decoder.read(buffer),
            Inner::Zstandard(decoder) => decoder.read(buffer),
        }?;
        self.out += read as u64;
        if !matches!(self.inner, Inner::Plain(_))
            && self.out > BOMB_FLOOR
            && self.out / BOMB_RATIO > self.taken().max(1)
        {
            return Err(io::Error::other(format!(
                "it unpacks to more than {BOMB_RATIO} times its size: a decompression bomb, and no log"
            )));
        }
        Ok(read)
    }
}

/// A stream with the bytes put back that were looked at.
type Looked<R> = io::Chain<Cursor<Vec<u8>>, R>;

/// A reader whose first bytes have been looked at, and what they are.
pub(super) fn look<R: Read>(mut reader: R) -> io::Result<(Packing, Looked<R>)> {
    let mut head = Vec::with_capacity(4);
    reader.by_ref().take(4).read_to_end(&mut head)?;
    Ok((Packing::of(&head), Cursor::new(head).chain(reader)))
}

/// The packing of a file, which is left at its beginning.
pub(super) fn look_at<R: Read + Seek>(reader: &mut R) -> io::Result<Packing> {
    let mut head = Vec::with_capacity(4);
    reader.by_ref().take(4).read_to_end(&mut head)?;
    reader.seek(SeekFrom::Start(0))?;
    Ok(Packing::of(&head))
}
