// Package store is an append-only log: what is in it survives a crash.
package store

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

type Log struct {
	f *os.File
	w *bufio.Writer
}

func OpenLog(dir string) (*Log, error) {
	f, err := os.OpenFile(filepath.Join(dir, "jobs.log"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return &Log{f: f, w: bufio.NewWriter(f)}, nil
}

// Append writes one record and waits until it is on the disk.
func (l *Log) Append(op, id string, body []byte) error {
	rec := encode(op, id, body)
	if err := binary.Write(l.w, binary.LittleEndian, crc32.ChecksumIEEE(rec)); err != nil {
		return err
	}
	if _, err := l.w.Write(rec); err != nil {
		return err
	}
	if err := l.w.Flush(); err != nil {
		return err
	}
	return l.f.Sync()
}

// Replay calls visit for each whole record; a torn one at the end is cut off.
func (l *Log) Replay(visit func(op, id string, body []byte)) error {
	if _, err := l.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r := bufio.NewReader(l.f)
	for {
		var sum uint32
		if err := binary.Read(r, binary.LittleEndian, &sum); err != nil {
			return nil
		}
		op, id, body, rec, err := decode(r)
		if err != nil || crc32.ChecksumIEEE(rec) != sum {
			return nil
		}
		visit(op, id, body)
	}
}

func (l *Log) Close() error { return l.f.Close() }
