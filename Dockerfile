# The whole platform in one container: front end, grains and inference on embedded storage.
#   docker build -t transformer2 .
#   docker run -p 8080:8080 -p 8081:8081 -v t2:/data transformer2
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Transformer2.Server -c Release -r linux-x64 --self-contained false -o /app \
 && rm -f /app/libtorch_python.so /app/libjitbackend_test.so /app/libtorchbind_test.so /app/libbackend_with_compiler.so

FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \
 && mkdir /data && chown $APP_UID /data
WORKDIR /app
COPY --from=build /app .
ENV T2__DataDirectory=/data T2__Bind=*
VOLUME /data
EXPOSE 8080 8081
USER $APP_UID
ENTRYPOINT ["./Transformer2.Server"]
