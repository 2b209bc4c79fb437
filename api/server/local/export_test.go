package local

// BackupWith is [Backup] with another way to write to the disk.
var BackupWith = backup
