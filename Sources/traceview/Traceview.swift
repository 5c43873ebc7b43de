@main struct Traceview { static func main() {} }
