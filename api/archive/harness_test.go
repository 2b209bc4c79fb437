package archive

// Lengths, flags and numbers of the ZIP format.
const (
	localHeaderLen = 30
	headerLen      = 46 // in the directory
	endLen         = 22
	locatorLen     = 20
	end64Len       = 56
	flagDescriptor = 1 << 3
	flagUTF8       = 1 << 11
	zip64Extra     = 1
)
