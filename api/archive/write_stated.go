package archive

// Stated is what a reader of a package may implement besides [io.ReadCloser]:
// it knows size and CRC-32 of the bytes before they are read. [Write] then
// passes them on in one go, and fails where they turn out to be others. What
// [Archive.OpenPackage] and [Archive.OpenOther] return implements it.
type Stated interface {
	// Stated returns the number of bytes and their CRC-32 (IEEE).
	Stated() (size int64, crc32 uint32)
}
