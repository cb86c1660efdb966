//! The pages of E57 files: what is changed within them has to get new checksums, or nothing behind these is tested.

/// A page, and how much of it is not its checksum.
const PAGE: usize = 1024;
const PAYLOAD: usize = PAGE - 4;

/// The bytes without the checksums.
pub(crate) fn opened(file: &[u8]) -> Vec<u8> {
    file.chunks(PAGE).flat_map(|page| &page[..page.len().min(PAYLOAD)]).copied().collect()
}

/// The same bytes with checksums that are right, and as many as the header promises.
pub(crate) fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let count = bytes.len().div_ceil(PAYLOAD);
    bytes.resize(count * PAYLOAD, 0);
    if let Some(length) = bytes.get_mut(16..24) {
        length.copy_from_slice(&((count * PAGE) as u64).to_le_bytes());
    }
    let with_sum = |page: &[u8]| [page, crc32c(page).to_be_bytes().as_slice()].concat();
    bytes.chunks(PAYLOAD).flat_map(with_sum).collect()
}

/// The file with another text in its XML section, which is the last.
pub(crate) fn with_xml(file: &[u8], change: impl Fn(String) -> String) -> Vec<u8> {
    let mut bytes = opened(file);
    let number = |bytes: &[u8], at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let (physical, length) = (number(&bytes, 24), number(&bytes, 32));
    let at = physical / PAGE * PAYLOAD + physical % PAGE;
    let xml = change(String::from_utf8(bytes[at..at + length].to_vec()).unwrap());
    bytes.truncate(at);
    bytes.extend(xml.as_bytes());
    bytes[32..40].copy_from_slice(&(xml.len() as u64).to_le_bytes());
    sealed(bytes)
}

/// A file of one scan: so many packets, each with so many zeros of each field.
pub(crate) fn e57_file(prototype: &str, records: u64, packets: usize, streams: &[u16]) -> Vec<u8> {
    let mut packet = [1u8, 0, 0, 0].to_vec();
    packet.extend((streams.len() as u16).to_le_bytes());
    streams.iter().for_each(|bytes| packet.extend(bytes.to_le_bytes()));
    packet.resize(packet.len() + streams.iter().map(|bytes| usize::from(*bytes)).sum::<usize>(), 0);
    packet.resize(packet.len().next_multiple_of(4), 0);
    let last = packet.len() as u16 - 1;
    packet[2..4].copy_from_slice(&last.to_le_bytes());
    let section = (32 + packets * packet.len()) as u64;
    let xml = format!(
        "<e57Root><data3D><vectorChild><points fileOffset=\"48\" recordCount=\"{records}\"><prototype>{prototype}\
         </prototype></points></vectorChild></data3D></e57Root>"
    );
    let xml_at = 48 + section;
    let xml_at = xml_at / PAYLOAD as u64 * PAGE as u64 + xml_at % PAYLOAD as u64;
    let mut bytes = b"ASTM-E57\x01\0\0\0\0\0\0\0".to_vec();
    // The first is the file's length, which is put in when it is sealed; the last are those of the section.
    for number in [0, xml_at, xml.len() as u64, PAGE as u64, 1, section, 80, 0] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(packet.repeat(packets));
    bytes.extend(xml.as_bytes());
    sealed(bytes)
}

/// CRC-32C, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    let of_bit = |sum: u32| if sum & 1 == 1 { sum >> 1 ^ 0x82f6_3b78 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| of_bit(sum)))
}
