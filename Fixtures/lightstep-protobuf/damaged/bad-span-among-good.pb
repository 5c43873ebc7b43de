
1*" 
lightstep.component_nameshop"
workers
a"€£ŒØ(Ü

xx
b"€£ŒØ(Ü