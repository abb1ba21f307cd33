package store

import (
	"bufio"
	"encoding/binary"
	"io"
)

func encode(op, id string, body []byte) []byte {
	out := binary.AppendUvarint(nil, uint64(len(op)))
	out = append(out, op...)
	out = binary.AppendUvarint(out, uint64(len(id)))
	out = append(out, id...)
	out = binary.AppendUvarint(out, uint64(len(body)))
	return append(out, body...)
}

func decode(r *bufio.Reader) (op, id string, body, rec []byte, err error) {
	var parts [3][]byte
	for i := range parts {
		n, err := binary.ReadUvarint(r)
		if err != nil {
			return "", "", nil, nil, err
		}
		parts[i] = make([]byte, n)
		if _, err := io.ReadFull(r, parts[i]); err != nil {
			return "", "", nil, nil, err
		}
	}
	op, id, body = string(parts[0]), string(parts[1]), parts[2]
	return op, id, body, encode(op, id, body), nil
}
