/// Base64 with padding, as attributes and clipboards want it. (RFC 4648, section 4.)
public enum Base64 {
  public static func encode(_ bytes: some Collection<UInt8>) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    var pending: UInt32 = 0
    var held = 0
    for byte in bytes {
      pending = pending << 8 | UInt32(byte)
      held += 1
      if held == 3 {
        for shift: UInt32 in [18, 12, 6, 0] { out.append(alphabet[Int(pending >> shift & 63)]) }
        pending = 0
        held = 0
      }
    }
    if held > 0 {
      let bits = pending << (held == 1 ? 16 : 8)
      out.append(alphabet[Int(bits >> 18 & 63)])
      out.append(alphabet[Int(bits >> 12 & 63)])
      out.append(held == 2 ? alphabet[Int(bits >> 6 & 63)] : UInt8(ascii: "="))
      out.append(UInt8(ascii: "="))
    }
    return String(decoding: out, as: UTF8.self)
  }
}
